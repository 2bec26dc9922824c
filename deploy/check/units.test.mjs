// The units are right and tight, and the script that installs them installs what they name.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { exposure, units } from "./exposure.mjs";

const deploy = fileURLToPath(new URL("..", import.meta.url));
const systemd = spawnSync("systemd-analyze", ["--version"]).status === 0;
const skip = systemd ? false : "systemd-analyze is not installed here";
const parts = {
  serve: ["gatebook.service"],
  "private-part": ["gatebook.service", "gatebook.service.d/private-part.conf"],
  edge: ["gatebook-edge.service"],
  vision: ["gatebook-vision@.service"],
};

describe("installing a part", () => {
  let root, program;

  beforeEach(() => {
    root = mkdtempSync(path.join(os.tmpdir(), "gatebook-install-"));
    program = path.join(root, "program");
    writeFileSync(program, "#!/bin/sh\n", { mode: 0o755 });
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const install = (...words) => spawnSync(path.join(deploy, "install.sh"), words, { encoding: "utf8", env: { ...process.env, DESTDIR: root } });

  for (const [part, files] of Object.entries(parts)) {
    it(`${part}: program, unit and the configuration that the unit reads`, { skip }, () => {
      const { status, stderr } = install(part, "--binary", program);
      assert.equal(status, 0, stderr);
      for (const file of files) assert.ok(existsSync(path.join(root, "etc/systemd/system", file)), file);
      const unit = readFileSync(path.join(root, "etc/systemd/system", files.at(-1)), "utf8");
      const [, exe, config] = /^ExecStart=(\S+) .*--config (\S+)/m.exec(unit);
      assert.ok(existsSync(path.join(root, exe)) && existsSync(path.join(root, config)), `${exe}, ${config}`);
      const verified = spawnSync("systemd-analyze", ["verify", `--root=${root}`, "--man=no", files[0].replace("@", "@1")], { encoding: "utf8" });
      assert.deepEqual(complaints(verified.stderr, files[0]), []);
    });
  }

  it("refuses a program with another hash, and installs nothing", () => {
    const { status, stderr } = install("edge", "--binary", program, "--sha256", "0".repeat(64));
    assert.equal(status, 1);
    assert.match(stderr, /not the one of this SHA-256/);
    assert.ok(!existsSync(path.join(root, "usr")));
  });

  it("keeps a configuration that is there, and hides one that may hold a password", () => {
    install("private-part", "--binary", program);
    const config = path.join(root, "etc/gatebook/gatebook.toml");
    assert.equal(statSync(config).mode & 0o777, 0o640);
    writeFileSync(config, "# mine\n");
    install("private-part", "--binary", program);
    assert.equal(readFileSync(config, "utf8"), "# mine\n");
  });
});

describe("the units", { skip }, () => {
  for (const unit of units) {
    it(`${unit} is exposed to 2.0 at most`, () => assert.ok(exposure(unit).overall <= 2.0, JSON.stringify(exposure(unit))));
  }
});

/** What verify says about our own unit; it also complains of the units that a bare root lacks. */
function complaints(text, unit) {
  const own = unit.replace("@.service", "@");
  return text.split("\n").filter((line) => line.includes(own.replace(".service", "")) && !/not found|Failed to (add|load)/.test(line));
}
