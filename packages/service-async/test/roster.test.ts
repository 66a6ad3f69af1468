import { bytesMadeOld } from "@monolake/test-kit";
import { describe, expect, it } from "vitest";
import { Roster, type Seat } from "../src/index.ts";

describe("a roster", () => {
  it("has those who came and did not leave", () => {
    const roster = new Roster<string>();
    const [a, b, c] = ["a", "b", "c"].map((member) => roster.add(member)) as [
      Seat<string>,
      Seat<string>,
      Seat<string>,
    ];
    expect([...roster]).toEqual(["a", "b", "c"]);
    roster.delete(a);
    expect([...roster].toSorted()).toEqual(["b", "c"]);
    roster.delete(c);
    expect([...roster]).toEqual(["b"]);
    roster.delete(b);
    expect([...roster]).toEqual([]);
    expect(roster.size).toBe(0);
  });

  it("lets nobody leave twice, or from where they are not", () => {
    const roster = new Roster<string>();
    const first = roster.add("first");
    roster.delete(first);
    roster.add("second");
    roster.delete(first);
    roster.delete(new Roster<string>().add("third"));
    expect([...roster]).toEqual(["second"]);
  });

  it("tells of a member as often as it is there", () => {
    const roster = new Roster<string>();
    const first = roster.add("a");
    roster.add("a");
    expect(roster.size).toBe(2);
    roster.delete(first);
    expect([...roster]).toEqual(["a"]);
  });

  it("tells of each who is there when others come and leave meanwhile, and of nobody who has left", () => {
    const roster = new Roster<number>();
    const seats = Array.from({ length: 10 }, (_, member) => roster.add(member));
    const told: number[] = [];
    for (const member of roster) {
      told.push(member);
      roster.add(100 + member);
      roster.delete(seats[member] as Seat<number>);
      roster.delete(seats[member + 1] as Seat<number>);
      if (member === 4) break;
    }
    expect(told).toEqual([0, 2, 4]);
    expect([...roster].toSorted((one, other) => one - other)).toEqual([6, 7, 8, 9, 100, 102, 104]);
  });

  it("keeps none of those who have left, however many come and go", async () => {
    const roster = new Roster<{ readonly memory: readonly number[] }>();
    const present: Seat<unknown>[] = [];
    const come = () => present.push(roster.add({ memory: new Array(8 * 1024).fill(0) }));
    const leave = () => roster.delete(present.shift() as ReturnType<typeof roster.add>);
    for (let count = 0; count < 10; count += 1) come();
    const kept = await bytesMadeOld(async () => {
      for (let count = 0; count < 200; count += 1) {
        come();
        leave();
      }
    });
    expect(roster.size).toBe(10);
    // Those who are there in the end, and hardly more.
    expect(kept).toBeLessThan(20 * 64 * 1024);
  });
});
