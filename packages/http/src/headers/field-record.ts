// A field of a canonical block is two numbers in a table: where its line starts, counted from the start of the block,
// and how long its name is, with its id and marks in the upper bits. Its value starts two bytes behind the name and
// ends two bytes before the next line.

/** Numbers a field takes in a table. */
export const recordSize = 2;
/** Names must be shorter than this. */
export const maxNameLength = 0xfffff;
export const idShift = 20;
const idMask = 0x3f;

/** Mark of a field that was deleted. */
export const deletedMark = 1 << 26;
/** Mark of a field whose value was replaced. */
export const replacedMark = 1 << 27;
/** Any mark: the line is not sent as it stands. */
export const anyMark = deletedMark | replacedMark;

export const nameLengthOf = (record: number): number => record & maxNameLength;
export const idOf = (record: number): number => (record >>> idShift) & idMask;
