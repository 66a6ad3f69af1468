/** How heads were read in this thread since it started. */
export interface HeadCounts {
  /** In the plain form, accepted by the fast path. */
  fastRequests: number;
  /** Accepted by llhttp and the rules on top of it. */
  llhttpRequests: number;
  refusedRequests: number;
  fastResponses: number;
  llhttpResponses: number;
  refusedResponses: number;
}

/** Plain numbers that only grow; for metrics, and for seeing whether traffic takes the fast path. */
export const headCounts: HeadCounts = {
  fastRequests: 0,
  llhttpRequests: 0,
  refusedRequests: 0,
  fastResponses: 0,
  llhttpResponses: 0,
  refusedResponses: 0,
};
