// For tests of generated code.

exception TooLarge { 1: i32 limit }

service Calculator {
  i32 add(1: i32 left, 2: i32 right) throws (1: TooLarge tooLarge)
  oneway void forget(1: string text)
}
