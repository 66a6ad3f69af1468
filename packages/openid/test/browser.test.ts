import { expect, it } from "vitest";
import { browserPrograms, findBrowser, runBrowserFlow } from "./fixtures/browser-flow.ts";

it("somebody logs in, looks around and logs out in Chromium", { timeout: 90_000 }, async (test) => {
  const program = findBrowser();
  if (program === undefined)
    return test.skip(`needs ${browserPrograms.join(" or ")}, not installed on this machine`);
  const { origin, issuer, pages, cookies, scriptCookies, failures } = await runBrowserFlow(program);
  expect(
    pages.map(({ step, url }) => [step, url.replace(/(\/interaction\/).*/, "$1…").replace(/end\?.*/, "end")]),
  ).toEqual([
    ["login", `${issuer}/interaction/…`],
    ["consent", `${issuer}/interaction/…`],
    ["signed-in", `${origin}/reports?year=2026`],
    ["signed-in-again", `${origin}/other`],
    ["log-out", `${issuer}/session/end`],
    ["logged-out", `${origin}/bye`],
  ]);
  expect(pages[2]?.text).toContain("Hello, Zoë Ångström");
  expect(pages[2]?.text).toContain("X-User-Email: zoë@example.com");
  expect(pages[5]?.text).toBe("You are logged out");
  expect(cookies.filter(({ name }) => name.startsWith("monolake"))).toMatchObject([
    { name: "monolake", httpOnly: true, sameSite: "Lax" },
  ]);
  expect(scriptCookies).toBe("");
  expect(failures).toEqual([]);
});
