import { open, readFile } from 'node:fs/promises';

const chunkBytes = 4 * 1024 ** 2;

/**
 * Which of these are anywhere in the memory that a process can write to: heap, buffers, stacks, what was freed and
 * not overwritten. Linux; what a core dump has in it.
 */
export async function findInMemory(pid: number, needles: readonly Buffer[]): Promise<readonly boolean[]> {
  const found = needles.map(() => false);
  const overlap = Math.max(...needles.map((needle) => needle.length)) - 1;
  await using memory = await open(`/proc/${pid}/mem`, 'r');
  const buffer = Buffer.alloc(chunkBytes);
  for (const { start, end } of await writableRegions(pid)) {
    for (let at = start; at < end; at += BigInt(chunkBytes - overlap)) {
      const wanted = Math.min(chunkBytes, Number(end - at));
      // A region that the process gave back meanwhile.
      const { bytesRead } = await memory.read(buffer, 0, wanted, at).catch(() => ({ bytesRead: 0 }));
      for (const [index, needle] of needles.entries()) {
        found[index] ||= buffer.subarray(0, bytesRead).includes(needle);
      }
    }
  }
  return found;
}

async function writableRegions(pid: number) {
  const maps = await readFile(`/proc/${pid}/maps`, 'utf8');
  return [...maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw/gm)].map(([, start, end]) => ({
    start: BigInt(`0x${start}`),
    end: BigInt(`0x${end}`),
  }));
}
