import { runCommand, UsageError } from "@monolake/command-line";
import { Checkout } from "./apache-suite/checkout.ts";
import { cppSuite } from "./apache-suite/cpp.ts";
import { nodeSuite } from "./apache-suite/node.ts";
import { pythonSuite } from "./apache-suite/python.ts";
import { type InteropOptions, parseCommandLine, usage } from "./command-line.ts";
import { comparePeers, differencesOf } from "./compare.ts";
import { MissingError, type Peer, type PossiblePeer } from "./peer.ts";
import { cpp } from "./peers/cpp.ts";
import { kitex } from "./peers/kitex.ts";
import { node } from "./peers/node.ts";
import { python } from "./peers/python.ts";
import { tableHead, tableLine } from "./table.ts";

/** Peers that can talk with each other. */
interface Group {
  readonly title: string;
  readonly peers: readonly PossiblePeer[];
}

function chooseGroups({ peers, kitexSource, thriftSource }: InteropOptions): readonly Group[] {
  const own = [node, python, cpp, kitex(kitexSource)];
  const ids = own.map(({ id }) => id);
  const unknown = peers?.find((id) => !ids.includes(id));
  if (unknown !== undefined) throw new UsageError(`unknown peer ${unknown}; there are: ${ids.join(", ")}`);
  const groups: Group[] = [{ title: "Clients and servers of checks.thrift", peers: own }];
  if (thriftSource !== undefined) {
    const checkout = new Checkout(thriftSource);
    const suite = [nodeSuite(checkout), pythonSuite(checkout), cppSuite(checkout)];
    groups.push({ title: `Test programs of ${thriftSource}`, peers: suite });
  }
  const isChosen = ({ id }: PossiblePeer) => peers === undefined || peers.includes(id);
  return groups.map((group) => ({ ...group, peers: group.peers.filter(isChosen) }));
}

/** Those that this machine has; says what is missing for the others. */
async function prepareAll(possible: readonly PossiblePeer[]): Promise<readonly Peer[]> {
  const peers: Peer[] = [];
  for (const { id, prepare } of possible) {
    try {
      peers.push(await prepare());
    } catch (error) {
      if (!(error instanceof MissingError)) throw error;
      console.log(`skipped ${id}: ${error.message}`);
    }
  }
  return peers;
}

/** Prints the table of one group of peers; gives how many lines it has, and in how many something differs. */
async function runGroup(group: Group, { gateway }: InteropOptions) {
  console.log(`\n${group.title}`);
  const peers = await prepareAll(group.peers);
  console.log(tableHead);
  let lines = 0;
  let different = 0;
  for await (const comparison of comparePeers(peers, gateway)) {
    console.log(tableLine(comparison));
    lines += 1;
    if (differencesOf(comparison).length > 0) different += 1;
  }
  return { lines, different };
}

async function interop(options: InteropOptions): Promise<boolean> {
  let lines = 0;
  let different = 0;
  for (const group of chooseGroups(options)) {
    const result = await runGroup(group, options);
    lines += result.lines;
    different += result.different;
  }
  console.log(`\n${lines - different} of ${lines} equal directly and through the gateway`);
  return lines > 0 && different === 0;
}

// Every program that runs hears when this one ends.
process.setMaxListeners(0);

await runCommand({ name: "interop", usage, parse: parseCommandLine, run: interop });
