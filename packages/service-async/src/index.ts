export type { Made, MakeService } from "./make-service.ts";
export type { Service } from "./service.ts";
