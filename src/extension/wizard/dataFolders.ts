import { dirname } from "node:path";
import * as vscode from "vscode";

/** Files that give a dataset away: MNIST-like IDX images, CIFAR-10 batches. */
const signs =
  "**/{*images*idx3-ubyte,*images*idx3-ubyte.gz,data_batch_*.bin,data_batch_*.bin.gz,test_batch.bin,test_batch.bin.gz}";

/** Folders of the workspace that seem to hold a dataset, sorted. */
export async function findDataFolders(): Promise<string[]> {
  const files = await vscode.workspace.findFiles(signs, "**/{node_modules,.git}/**", 200);
  return [...new Set(files.map((file) => dirname(file.fsPath)))].sort();
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
