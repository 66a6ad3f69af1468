import { describe, expect, it } from "vitest";
import { complaints } from "./server-schema.ts";

describe("TOML that cannot be read", () => {
  const cases: readonly [text: string, complaint: string][] = [
    ["a = ", "1:4 syntax expected a value, found the end of the file"],
    ["a = \n\n\n", "1:4 syntax expected a value, found the end of the file"],
    ["a = # none\nb = 1", '2:1 syntax expected a key, a table or a value, found "b"'],
    ["a 1", '1:3 syntax expected "=" after the key, found "1"'],
    ["a = 1 b = 2", '1:7 syntax expected the end of the line, found "b"'],
    ["a = [1, 2", '1:10 syntax expected "]" to close the array, found the end of the file'],
    ["[a", '1:3 syntax expected "]" after the table name, found the end of the file'],
    ['a = "x', "1:7 syntax the string is not closed"],
    ['a = "\\q"', "1:7 syntax unknown escape in the string"],
    ["a = 1979-13-01", "1:14 syntax no such date"],
    ["a = nonsense", '1:5 syntax expected a key, a table or a value, found "nonsense"'],
    ["a..b = 1", '1:2 syntax expected a key between the dots, found "."'],
    ["a = 1\nb = 2\na = 3", '3:1 duplicate-key expected each key once, found "a" again'],
    ["[t]\n[ t ]", '2:3 duplicate-key expected each key once, found "t" again'],
    ["x = 1\n[t]\n'a b' = 1\n'a b' = 2", '4:1 duplicate-key expected each key once, found "a b" again'],
  ];
  it.each(cases)("%j", (text, complaint) => {
    expect(complaints(text)).toEqual([complaint]);
  });
});

describe("JSON that cannot be read", () => {
  const cases: readonly [text: string, complaint: string][] = [
    ["{", '1:2 syntax expected "}", found the end of the file'],
    ['{"a": 1,}', '1:9 syntax expected a key in double quotes, found "}"'],
    ['{"a": }', '1:7 syntax expected a value, found "}"'],
    ['{"a" 1}', '1:6 syntax expected ":" after the key, found "1"'],
    ['{"a": [1 2]}', '1:10 syntax expected ",", found "2"'],
    ["{a: 1}", '1:2 syntax expected a value, found "a"'],
    ['{\n// no\n"a": 1}', "2:1 syntax comments are not allowed in JSON"],
    ['{"a": 1} {}', '1:10 syntax expected the end of the file, found "{"'],
    ['{"a": "\\x"}', "1:7 syntax unknown escape in the string"],
    ['{"a": "b\n', "1:7 syntax the string is not closed"],
  ];
  it.each(cases)("%j", (text, complaint) => {
    expect(complaints(text)).toEqual([complaint]);
  });
});
