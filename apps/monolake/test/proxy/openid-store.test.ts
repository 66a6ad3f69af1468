import { startRawServer } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { openidLogin } from "../../src/stack/openid-login.ts";

const options = {
  issuerUrl: "https://login.example.com",
  clientId: "gateway",
  redirectUrl: "https://site.example/callback",
  sessionSecrets: ["a secret for cookies, of more than 32 characters"],
};

it("leaves no connection to the store of sessions behind when what is inside cannot be made", async () => {
  await using redis = await startRawServer();
  const sessionStore = `redis://${redis.host}:${redis.port}`;
  const making = openidLogin(
    { ...options, sessionStore },
    {
      async make() {
        await redis.nextConnection();
        throw new Error("two routes for the same requests");
      },
    },
  ).make();
  await expect(making).rejects.toThrow("two routes for the same requests");
  const [connection] = redis.connections;
  await connection?.readToEnd();
});
