import { createCertificate, findProgram } from "@monolake/test-kit";
import type { Contestant, Place } from "./contestant.ts";

const large = `
    proxy_buffer_size 128k;
    proxy_buffers 4 128k;
    proxy_busy_buffers_size 256k;`;

/**
 * One worker, and more idle upstream connections than the load opens: with fewer it would connect again and again. Without
 * access log, as none of the others writes one.
 */
const configText = (
  { listenPort, upstreamPort, folder }: Place,
  more: string,
  listenOptions = "",
): string => `${
  // Its workers drop to a user who may not enter the temporary folder, when root starts it.
  process.getuid?.() === 0 ? "user root;\n" : ""
}daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr warn;
events { worker_connections 8192; }
http {
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  upstream bench {
    server 127.0.0.1:${upstreamPort} max_fails=0;
    keepalive 2048;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${listenPort}${listenOptions} backlog=4096;${more}
    location / {
      proxy_pass http://bench;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
`;

const nginxWith = (
  buffers: string,
  rest: Pick<Contestant, "id" | "title" | "takesPart">,
  listenOptions = "",
): Contestant => ({
  ...rest,
  kind: "native",
  needs: { program: "nginx", debianPackage: "nginx-light" },
  async prepare(place) {
    const config = await place.write(`${rest.id}.conf`, configText(place, buffers, listenOptions));
    return [findProgram("nginx") ?? "nginx", "-p", place.folder, "-c", config, "-e", "stderr"];
  },
});

/** The cipher that the load asks for, and keys that are as fast as those of the others. */
const nginxTls = (listenOptions: string): Contestant => ({
  id: "nginx",
  title: "nginx",
  kind: "native",
  needs: { program: "nginx", debianPackage: "nginx-light" },
  async prepare(place) {
    const { certificate, key } = createCertificate({ names: ["localhost"] });
    const files = `
    ssl_certificate ${await place.write("nginx.crt", certificate)};
    ssl_certificate_key ${await place.write("nginx.key", key)};
    ssl_protocols TLSv1.2 TLSv1.3;`;
    const config = await place.write("nginx-https.conf", configText(place, files, listenOptions));
    return [findProgram("nginx") ?? "nginx", "-p", place.folder, "-c", config, "-e", "stderr"];
  },
});

/** HTTP/1.1 over TLS. */
export const nginxHttps = nginxTls(" ssl");

/** HTTP/2 over TLS. */
export const nginxH2 = nginxTls(" ssl http2");

/** The yardstick: nginx as Debian configures it. */
export const nginx: Contestant = nginxWith("", { id: "nginx", title: "nginx" });

/** HTTP/2 in cleartext, and nothing else: this version does not tell the two apart on one port. */
export const nginxH2c: Contestant = nginxWith("", { id: "nginx", title: "nginx" }, " http2");

/** nginx that takes a whole large body at once. With small bodies it is the same as the other. */
export const nginxLargeBuffers: Contestant = nginxWith(large, {
  id: "nginx-large-buffers",
  title: "nginx, 128 KiB buffers",
  takesPart: ({ bodyBytes }) => bodyBytes >= 32_768,
});
