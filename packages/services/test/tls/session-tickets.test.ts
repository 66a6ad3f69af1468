import { randomBytes } from "node:crypto";
import { createCertificate } from "@monolake/test-kit";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { TlsTerminationOptions, TlsVersion } from "../../src/tls/index.ts";
import { authority, certificateFor, startTlsEcho, visit } from "./tls-server.ts";

const secret = randomBytes(32);
const hosts = [certificateFor("a.test"), certificateFor("b.test")];
const versions: readonly TlsVersion[] = ["TLSv1.2", "TLSv1.3"];
const client = createCertificate({ subject: "client 7", issuer: authority });
const own = { cert: client.certificate, key: client.key };

afterEach(() => vi.useRealTimers());

describe.each(versions)("a session ticket, with %s", (version) => {
  /** Gets a ticket from `first` for a.test and comes back with it to `second`. */
  async function comesBack(
    first: Partial<TlsTerminationOptions>,
    second: Partial<TlsTerminationOptions>,
    servername = "a.test",
  ) {
    const common = { certificates: hosts, tickets: { secret } };
    await using one = await startTlsEcho({ ...common, ...first });
    await using other = await startTlsEcho({ ...common, ...second });
    const options = { maxVersion: version, checkServerIdentity: () => undefined, ...own };
    const { session, resumed } = await visit(one.port, { ...options, servername: "a.test" });
    expect(resumed).toBe(false);
    const again = await visit(other.port, {
      ...options,
      servername,
      ...(session !== undefined && { session }),
    });
    return { ...again, told: other.contexts.at(-1)?.tls };
  }

  it("is good at every server with the same secret: another worker, or the one after a reload", async () => {
    const { resumed, told } = await comesBack({}, {});
    expect(resumed).toBe(true);
    expect(told?.resumed).toBe(true);
  });

  it("is good after a certificate was replaced", async () => {
    const renewed = [certificateFor("a.test"), certificateFor("b.test")];
    expect((await comesBack({}, { certificates: renewed })).resumed).toBe(true);
  });

  it("of one host is good for no other: that is a full handshake", async () => {
    const { resumed, subject } = await comesBack({}, {}, "b.test");
    expect([resumed, subject]).toEqual([false, "DNS:b.test"]);
  });

  it("carries the client's certificate, and is no way around what is asked of clients", async () => {
    const required = { clientCertificates: { mode: "required", ca: authority.certificate } } as const;
    const same = await comesBack(required, required);
    expect(same.resumed).toBe(true);
    expect(same.told?.peerCertificate).toMatchObject({ subject: "CN=client 7", authorized: true });
    expect((await comesBack({}, required)).resumed).toBe(false);
    const stranger = createCertificate({ subject: "another authority", authority: true });
    const elsewhere = { clientCertificates: { mode: "optional", ca: stranger.certificate } } as const;
    await expect(comesBack(required, elsewhere)).rejects.toThrow();
  });

  it("of one scope or secret is good in no other", async () => {
    expect((await comesBack({}, { tickets: { secret, scope: "other" } })).resumed).toBe(false);
    expect((await comesBack({}, { tickets: { secret: randomBytes(32) } })).resumed).toBe(false);
  });

  it("is good until the keys change", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000_000_000 });
    await using echo = await startTlsEcho({
      certificates: hosts,
      tickets: { secret, rotationMs: 3_600_000 },
    });
    const options = { servername: "a.test", maxVersion: version };
    const { session = Buffer.alloc(0) } = await visit(echo.port, options);
    expect((await visit(echo.port, { ...options, session })).resumed).toBe(true);
    vi.setSystemTime(1_000_000_000_000 + 3_600_000);
    expect((await visit(echo.port, { ...options, session })).resumed).toBe(false);
  });

  it("is not given where sessions are not to be resumed", async () => {
    await using echo = await startTlsEcho({ certificates: hosts, tickets: false });
    const { session } = await visit(echo.port, { servername: "a.test", maxVersion: version });
    const again = await visit(echo.port, {
      servername: "a.test",
      maxVersion: version,
      ...(session !== undefined && { session }),
    });
    expect(again.resumed).toBe(false);
  });
});
