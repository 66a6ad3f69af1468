/** Integer keys of a TTHeader that have a name in Kitex. */
export const IntKey = {
  meshVersion: 0,
  transportType: 1,
  logId: 2,
  fromService: 3,
  fromCluster: 4,
  fromIdc: 5,
  toService: 6,
  toCluster: 7,
  toIdc: 8,
  toMethod: 9,
  env: 10,
  destAddress: 11,
  rpcTimeoutMs: 12,
  readTimeoutMs: 13,
  ringHashKey: 14,
  ddpTag: 15,
  withMeshHeader: 16,
  connectTimeoutMs: 17,
  spanContext: 18,
  shortConnection: 19,
  fromMethod: 20,
  stressTag: 21,
  messageType: 22,
  httpContentType: 23,
  rawRingHashKey: 24,
  loadBalancerType: 25,
  clusterShardId: 26,
  frameType: 27,
} as const;

/** String keys of a TTHeader that have a name in Kitex. */
export const StringKey = {
  /** The service as the IDL calls it. */
  idlServiceName: "isn",
  remoteAddress: "rip",
  toCluster: "tc",
  toIdc: "ti",
  /** "connection ready to reset": asks the caller to close the connection. */
  connectionReadyToReset: "crrst",
} as const;
