/** A member of a {@link Roster}, for when it leaves. */
export interface Seat<out Member> {
  readonly member: Member;
}

/**
 * Those who are there now, of many that come and go, such as the connections of a service.
 *
 * A `Set` is for those that stay: one whose members come and go makes itself a new table again and again, and each old table refers to
 * the next, so that V8 keeps most of the members that there ever were until it looks through all memory.
 */
export class Roster<Member> implements Iterable<Member> {
  readonly #seats: OwnSeat<Member>[] = [];

  /** How many there are. */
  get size(): number {
    return this.#seats.length;
  }

  /** Lets `member` in, who may be there already; what it returns is for {@link delete}. */
  add(member: Member): Seat<Member> {
    const seat: OwnSeat<Member> = { member, at: this.#seats.length };
    this.#seats.push(seat);
    return seat;
  }

  /** Lets a member go; nothing happens when it has left, or was in another roster. */
  delete(seat: Seat<Member>): void {
    const own = seat as OwnSeat<Member>;
    if (this.#seats[own.at] !== own) return;
    const last = this.#seats.pop() as OwnSeat<Member>;
    if (last === own) return;
    this.#seats[own.at] = last;
    last.at = own.at;
  }

  /** Who is there when it begins, in no order, but for those that leave meanwhile. */
  *[Symbol.iterator](): IterableIterator<Member> {
    for (const seat of [...this.#seats]) if (this.#seats[seat.at] === seat) yield seat.member;
  }
}

interface OwnSeat<Member> extends Seat<Member> {
  at: number;
}
