import { dirname, join } from "node:path";
import * as vscode from "vscode";
import { imageExtensions } from "../../pruning/data/images/decode.ts";
import { imageFoldersAmong } from "./imageFolders.ts";

/** Files that give a dataset away: MNIST-like IDX images, CIFAR-10 batches. */
const signs =
  "**/{*images*idx3-ubyte,*images*idx3-ubyte.gz,data_batch_*.bin,data_batch_*.bin.gz,test_batch.bin,test_batch.bin.gz}";

const images = `**/*.{${imageExtensions.flatMap((ending) => [ending, ending.toUpperCase()])}}`;

/** Beyond this many images a workspace holds some that can be browsed for. */
const mostImages = 20_000;

const passedBy = "**/{node_modules,.git,.secateur}/**";

/** Folders of the workspace that seem to hold a dataset: whole ones, then those of images, each sorted. */
export async function findDataFolders(): Promise<string[]> {
  const files = await vscode.workspace.findFiles(signs, passedBy, 200);
  return [...new Set([...files.map((file) => dirname(file.fsPath)).sort(), ...(await findImageFolders())])];
}

async function findImageFolders(): Promise<string[]> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const found = folders.map(async (folder) => {
    const files = await vscode.workspace.findFiles(new vscode.RelativePattern(folder, images), passedBy, mostImages);
    const within = files.map((file) => file.path.slice(folder.uri.path.length + 1));
    return imageFoldersAmong(within).map((path) => join(folder.uri.fsPath, path));
  });
  return (await Promise.all(found)).flat();
}

const remembered = "dataFolders";

/** Data folders used before, latest first. */
export function rememberedDataFolders(memory: vscode.Memento): string[] {
  return memory.get<string[]>(remembered, []);
}

export async function rememberDataFolder(memory: vscode.Memento, folder: string): Promise<void> {
  const others = rememberedDataFolders(memory).filter((each) => each !== folder);
  await memory.update(remembered, [folder, ...others].slice(0, 5));
}
