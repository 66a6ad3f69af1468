import { sourcePages } from "../src/source-pages.ts";

/** A page for each file and folder of the repository that a page links to. */
export default { paths: sourcePages };
