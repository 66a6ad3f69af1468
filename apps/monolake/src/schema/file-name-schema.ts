import { expects } from "@monolake/config";
import { z } from "zod";

/** The name of a file, and not its content, which somebody may paste here. */
export const fileNameSchema = z
  .string()
  .min(1)
  .refine((name) => !/[\0\n]/.test(name), expects("the name of a file"));
