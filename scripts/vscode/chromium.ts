// A Chromium to show VS Code in: one that is installed, else the one npm has for Linux.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { installOnce, KitError } from "./cache.ts";
import { installPackages } from "./npm.ts";

const run = promisify(execFile);
const version = "153.0.0";

/** A browser's program, and the environment variables it needs besides the usual ones. */
export interface Chromium {
  executable: string;
  env: Record<string, string>;
}

/**
 * Finds or installs a Chromium. CHROME_PATH names one; CHROME_PATH=npm asks for npm's even where another is
 * installed.
 * @throws {KitError} where there is none to be had, or it does not start
 */
export async function ensureChromium(): Promise<Chromium> {
  const wanted = process.env.CHROME_PATH;
  if (wanted && wanted !== "npm") {
    if (existsSync(wanted)) return { executable: wanted, env: {} };
    throw new KitError(
      `CHROME_PATH names ${wanted}, which does not exist; set it to a Chrome or Chromium, or unset it.`,
    );
  }
  if (wanted !== "npm") {
    for (const executable of installedPaths().filter(existsSync)) {
      if (await starts({ executable, env: {} })) return { executable, env: {} };
    }
  }
  return fromNpm();
}

function installedPaths(): string[] {
  if (process.platform === "win32") {
    const roots = [process.env.PROGRAMFILES, process.env["PROGRAMFILES(X86)"], process.env.LOCALAPPDATA];
    const programs = [
      join("Google", "Chrome", "Application", "chrome.exe"),
      join("Microsoft", "Edge", "Application", "msedge.exe"),
    ];
    return programs.flatMap((program) => roots.flatMap((root) => (root ? [join(root, program)] : [])));
  }
  if (process.platform === "darwin") {
    const programs = ["Google Chrome", "Chromium", "Microsoft Edge"];
    return ["/", homedir()].flatMap((root) =>
      programs.map((program) => join(root, "Applications", `${program}.app`, "Contents", "MacOS", program)),
    );
  }
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  return names.flatMap((name) => (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name)));
}

/** Whether a browser can run at all: Ubuntu's chromium-browser may be a script that only asks for a snap. */
async function starts({ executable, env }: Chromium): Promise<boolean> {
  if (process.platform === "win32") return true; // There --version opens a window.
  return run(executable, ["--version"], { env: { ...process.env, ...env }, timeout: 20_000 }).then(
    () => true,
    () => false,
  );
}

async function fromNpm(): Promise<Chromium> {
  const platform = `${process.platform}-${process.arch}`;
  if (platform !== "linux-x64") {
    throw new KitError(`npm has no Chromium for ${platform}; install Chrome or Chromium, or name one in CHROME_PATH.`);
  }
  const folder = await installOnce(`chromium-${version}`, `Chromium ${version} (210 MB)`, unpack);
  const executable = join(folder, "chromium");
  const env = { FONTCONFIG_FILE: join(folder, "fonts.conf") };
  // Its own copies of NSS and NSPR are for systems that lack them; elsewhere the system's fit better.
  const candidates: Chromium[] = [
    { executable, env },
    { executable, env: { ...env, LD_LIBRARY_PATH: join(folder, "al2023", "lib") } },
  ];
  for (const candidate of candidates) if (await starts(candidate)) return candidate;
  throw new KitError(
    `The Chromium in ${folder} does not start on this system; install chromium or name one in CHROME_PATH.`,
  );
}

/** Unpacks @sparticuz/chromium, which is made for AWS and unpacks to the system's temporary folder, into our own. */
async function unpack(draft: string): Promise<void> {
  const packages = join(draft, "npm");
  await mkdir(packages);
  await installPackages(packages, { "@sparticuz/chromium": version });
  const script = 'import("@sparticuz/chromium").then((module) => module.default.executablePath())';
  // Where it believes to be on AWS, it unpacks the libraries too.
  const env = { ...process.env, TMPDIR: draft, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x" };
  await run(process.execPath, ["-e", script], { cwd: packages, env });
  await rm(packages, { recursive: true });
  await writeFile(join(draft, "fonts.conf"), fontconfig);
}

/** The system's fonts where there are any, and Open Sans from the package. */
const fontconfig = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;
