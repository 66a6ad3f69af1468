import { startNginx } from "@monolake/test-kit";
import type { LanePorts, ProxyKind } from "./proxy.ts";

const lane = ({ listenPort, upstreamPort }: LanePorts): string => `
upstream lane${upstreamPort} {
  server 127.0.0.1:${upstreamPort} max_fails=0;
  keepalive 16;
}
server {
  listen 127.0.0.1:${listenPort};
  location / {
    proxy_pass http://lane${upstreamPort};
    proxy_http_version 1.1;
    proxy_set_header Host $host;
    proxy_set_header Connection $upstream_connection;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_connect_timeout 2s;
    proxy_read_timeout 2s;
  }
}`;

/** As its manual configures a proxy with pooled connections and WebSockets. */
const configText = (ports: readonly LanePorts[]): string => `
access_log off;
map $http_upgrade $upstream_connection {
  default upgrade;
  "" "";
}
client_header_timeout 1s;
client_body_timeout 2s;
keepalive_timeout 60s;
${ports.map(lane).join("\n")}`;

/** nginx as Debian ships it. */
export const nginx: ProxyKind = {
  id: "nginx",
  title: "nginx",
  needs: { program: "nginx", debianPackage: "nginx-light" },
  start: (ports) => {
    const [first] = ports;
    return startNginx(configText(ports), { ...(first !== undefined && { port: first.listenPort }) });
  },
};
