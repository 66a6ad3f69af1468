// What this service answers. A client may be generated from it, by any Thrift compiler.

service Echo {
  // The argument again, with the configured prefix in front.
  string echo(1: string text)
  // The same for bytes; never with a prefix.
  binary echoBinary(1: binary data)
  // Nothing, after so many milliseconds.
  void wait(1: i32 milliseconds)
  oneway void forget(1: string text)
}
