/** Where the plate as read and the plate as listed differ, character by character. */

export interface Mark {
  character: string;
  differs: boolean;
}

export interface Difference {
  read: Mark[];
  listed: Mark[];
  /** Characters to change, add or drop to get from one to the other. */
  count: number;
}

/** Alignment with the fewest edits (Wagner and Fischer, 1974), substitutions first. */
export function difference(read: string, listed: string): Difference {
  const a = [...read];
  const b = [...listed];
  const width = b.length + 1;
  const cost = new Array<number>((a.length + 1) * width).fill(0);
  const at = (i: number, j: number): number => cost[i * width + j] ?? 0;
  for (let i = 0; i <= a.length; i++) {
    for (let j = 0; j <= b.length; j++) {
      if (i === 0 || j === 0) cost[i * width + j] = i + j;
      else {
        const change = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
        cost[i * width + j] = Math.min(change, at(i - 1, j) + 1, at(i, j - 1) + 1);
      }
    }
  }
  const result: Difference = { read: [], listed: [], count: at(a.length, b.length) };
  let i = a.length;
  let j = b.length;
  while (i > 0 || j > 0) {
    const left = a[i - 1];
    const right = b[j - 1];
    const same = left === right;
    if (
      left !== undefined &&
      right !== undefined &&
      at(i, j) === at(i - 1, j - 1) + (same ? 0 : 1)
    ) {
      result.read.unshift({ character: left, differs: !same });
      result.listed.unshift({ character: right, differs: !same });
      i--;
      j--;
    } else if (left !== undefined && at(i, j) === at(i - 1, j) + 1) {
      result.read.unshift({ character: left, differs: true });
      i--;
    } else {
      result.listed.unshift({ character: right ?? "", differs: true });
      j--;
    }
  }
  return result;
}
