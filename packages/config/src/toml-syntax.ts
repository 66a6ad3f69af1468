/**
 * What each complaint of the parser means, said in the words of all other problems; `expected …` gets what was found
 * added. A complaint that is not listed is passed on as it is.
 */
const meanings: Readonly<Record<string, string>> = {
  "Unterminated string constant": "the string is not closed",
  "Unterminated table-key": 'expected "]" after the table name',
  "Unterminated array": 'expected "]" to close the array',
  "Unterminated inline table": 'expected "}" to close the table',
  "Empty bare keys are not allowed": "expected a key",
  "Must be a newline": "expected the end of the line",
  "Expected equal (=) token": 'expected "=" after the key',
  "Unspecified values are invalid": "expected a value",
  "Expected comma (,) token": 'expected ","',
  "Unexpected character": "expected a key, a table or a value",
  "Unexpected token": "expected a key, a table or a value",
  "Control characters (codes < 0x1f and 0x7f) are not allowed":
    "a control character must be written as an escape",
  "The key, equals sign, and value must be on the same line":
    "key, equals sign and value must be on one line",
  "Underscores are allowed between digits": "an underscore must have a digit on either side",
  "Unexpected spaces": "spaces are not allowed between the brackets",
  "Three or more quotes are not permitted": "three or more quotes must be escaped here",
  "Unexpected invalid date": "no such date",
  "Unexpected invalid time": "no such time",
  "Leading zeros are not allowed": "a number must not start with a zero",
  "Invalid character in escape sequence": "unknown escape in the string",
  "Consecutive dots are not permitted in keys": "expected a key between the dots",
  "Keys cannot end with a dot": "expected a key after the dot",
  "Keys cannot start with a dot": "expected a key before the dot",
};

/** The parser's complaint about a key that is there twice. */
export const duplicateKeyComplaint = "Defining a key multiple times is invalid";

export function explainTomlComplaint(complaint: string, found: () => string): string {
  const meaning = meanings[complaint] ?? complaint.charAt(0).toLowerCase() + complaint.slice(1);
  return meaning.startsWith("expected") ? `${meaning}, found ${found()}` : meaning;
}
