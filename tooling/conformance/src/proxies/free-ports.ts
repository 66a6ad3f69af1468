import { freePort } from "@monolake/test-kit";

/** Different ports: each is chosen before any is taken. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}
