// Every kind of value, answer and failure that Thrift has, one method for each.

namespace go checks
namespace cpp checks
namespace py checks

enum Colour {
  RED = 1,
  GREEN = 2,
  BLUE = 700,
}

typedef i64 Account

struct Point {
  1: required i32 x,
  2: required i32 y,
  3: optional string label,
}

struct Parcel {
  1: string name,
  2: bool fragile,
  3: i8 code,
  4: i16 shelf,
  5: i32 count,
  6: Account account,
  7: double weight,
  8: binary seal,
  9: Colour colour,
  10: Point place,
  11: list<Point> way,
  12: map<string, string> notes,
  13: set<i32> marks,
  // A field number far from the last one is written differently in the compact protocol.
  300: string footer,
}

struct Tree {
  1: string name,
  2: list<Tree> branches,
}

exception NotFound {
  1: string key,
}

exception Refused {
  1: i32 code,
  2: string reason,
  3: Point place,
}

service Checks {
  void nothing(),

  // Each of these answers with its argument.
  string text(1: string value),
  bool truth(1: bool value),
  i8 tiny(1: i8 value),
  i16 small(1: i16 value),
  i32 number(1: i32 value),
  i64 large(1: i64 value),
  double fraction(1: double value),
  binary bytes(1: binary value),
  Colour colour(1: Colour value),
  Account account(1: Account value),
  Parcel parcel(1: Parcel value),
  Tree tree(1: Tree value),
  list<i32> series(1: list<i32> value),
  set<i32> marks(1: set<i32> value),
  map<i32, i32> table(1: map<i32, i32> value),
  map<string, string> notes(1: map<string, string> value),
  list<list<string>> rows(1: list<list<string>> value),

  // 1 to `size` and -1 to -`size`, each with a map of the products with 1 to `size`.
  map<i32, map<i32, i32>> products(1: i32 size),
  // The account 1 with the parcel under RED and GREEN, the account 2 with nothing.
  map<Account, map<Colour, Parcel>> maze(1: Parcel parcel),
  // A parcel made of the arguments.
  Parcel compose(1: string name, 2: Account account, 3: Colour colour, 4: map<string, string> notes),

  // Throws what it is told: "not found", "refused", "undeclared" (an exception that is not listed here), or nothing.
  Point find(1: string what) throws (1: NotFound notFound, 2: Refused refused),
  void enter(1: string what) throws (1: NotFound notFound, 2: Refused refused),

  // Nobody waits for it; `noteCount` tells how often it has come.
  oneway void note(1: string value),
  i32 noteCount(1: string value),

  // Answers after that time: later calls on the same connection may be answered earlier.
  i32 later(1: i32 delayMs),

  // The value that came beside the call under that key, where the transport has such values (TTHeader); empty otherwise.
  string beside(1: string key),
}

// What clients believe that the server has, in a later version.
service FutureChecks extends Checks {
  string missing(1: string value),
}

// The other service of a multiplexed server.
service Greeter {
  string greet(1: string name),
}
