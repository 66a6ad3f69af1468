import type { Contestant } from "./contestant.ts";
import { haproxy } from "./haproxy.ts";
import { monolake } from "./monolake.ts";
import { nginx, nginxLargeBuffers } from "./nginx.ts";
import { npmProxies } from "./npm-proxies.ts";

/** All contestants, in the order of reports. */
export const allContestants = (from: "build" | "sources"): readonly Contestant[] => [
  monolake(from),
  nginx,
  nginxLargeBuffers,
  haproxy,
  ...npmProxies,
];

/** The id of the contestant that the others are compared with. */
export const yardstick = nginx.id;
