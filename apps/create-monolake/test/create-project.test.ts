import { readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { eventually, freePort, startHttpUpstream, startProgram, temporaryFolder } from "@monolake/test-kit";
import { expect, it } from "vitest";
import { CreateFailure, createProject } from "../src/create-project.ts";

const repositoryModules = fileURLToPath(new URL("../node_modules", import.meta.url));

/** A project outside of the repository, which finds the packages' sources as if they were installed. */
async function makeProject() {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const path = folder.file("My Gateway");
  await createProject(path);
  await symlink(repositoryModules, join(path, "node_modules"));
  return {
    path,
    read: (name: string) => readFile(join(path, name), "utf8"),
    write: (name: string, content: string) => folder.write(join("My Gateway", name), content),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

it("makes a package with a name that npm takes and a version for each dependency", async () => {
  await using project = await makeProject();
  const manifest = JSON.parse(await project.read("package.json"));
  expect(manifest.name).toBe("my-gateway");
  const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(versions).toHaveLength(11);
  expect(versions).not.toContain("*");
  expect(await project.read(".gitignore")).toContain("node_modules/");
});

it("touches no folder that has something in it", async () => {
  await using folder = await temporaryFolder();
  await folder.write("mine.txt", "mine");
  await expect(createProject(folder.path)).rejects.toThrow(/is not empty: it has mine\.txt/);
  await expect(createProject(folder.file("mine.txt"))).rejects.toThrow(/cannot be used/);
});

it("takes a folder that has a repository of git and nothing else", async () => {
  await using folder = await temporaryFolder();
  await folder.write(".git/HEAD", "ref: refs/heads/main\n");
  expect(await createProject(folder.path)).toContain("src/check-key.ts");
});

it("says which file it cannot write", async () => {
  await using folder = await temporaryFolder();
  await symlink("nowhere/deep", folder.file("link"));
  await expect(createProject(folder.file("link"))).rejects.toThrow(
    expect.objectContaining({
      constructor: CreateFailure,
      message: expect.stringMatching(/^cannot write \/.*\/link\//),
    }),
  );
});

it("the project's own test passes, and fails when its layer lets everybody through", async () => {
  await using project = await makeProject();
  const test = async () => {
    const flags = ["--conditions=@monolake/source", "--test"];
    await using program = await startProgram(process.execPath, flags, { cwd: project.path });
    return (await program.exited).code;
  };
  expect(await test()).toBe(0);
  const layer = await project.read("src/check-key.ts");
  await project.write("src/check-key.ts", layer.replace("status: 401", "status: 200"));
  expect(await test()).toBe(1);
}, 60_000);

it("loads the layer anew when its code changes, in the same process", async () => {
  await using project = await makeProject();
  await using upstream = await startHttpUpstream((_request, response) => response.end("hello"));
  const port = await freePort();
  const config = `listen = "127.0.0.1:${port}"\nupstream = "${upstream.origin}"\n[accounts]\nkey = "ada"\n`;
  await project.write("gateway.toml", config);
  const flags = ["--conditions=@monolake/source", "src/main.ts", "--dev", "gateway.toml"];
  await using program = await startProgram(process.execPath, flags, {
    cwd: project.path,
    readyPattern: /"message":"ready"/,
  });
  const ask = async (key: string) => {
    const headers = { connection: "close", "x-api-key": key };
    return (await fetch(`http://127.0.0.1:${port}/`, { headers })).text();
  };
  expect(await ask("key")).toBe("hello");
  expect(await ask("guess")).toMatch(/^a known X-Api-Key is needed/);
  const layer = await project.read("src/check-key.ts");
  await project.write("src/check-key.ts", layer.replace("a known X-Api-Key is needed", "who are you?"));
  await eventually(async () => expect(await ask("guess")).toMatch(/^who are you\?/));
  program.kill("SIGTERM");
  expect(await program.exited).toEqual({ code: 0, signal: null });
}, 60_000);
