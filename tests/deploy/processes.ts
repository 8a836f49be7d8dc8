import { execFileSync } from 'node:child_process';

interface Process {
  pid: number;
  parent: number;
  /** The command line. */
  args: string;
}

/** The processes of this machine as `ps` shows them to any user, without zombies. */
export function processes(): Process[] {
  const table = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' });
  return table.split('\n').flatMap((line) => {
    const [, pid, parent, state, args] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    if (pid === undefined || state!.startsWith('Z')) return [];
    return [{ pid: Number(pid), parent: Number(parent), args: args! }];
  });
}

/** A process and its descendants. */
export function familyOf(pid: number): Process[] {
  const all = processes();
  const childrenOf = (parent: number): Process[] =>
    all.filter((child) => child.parent === parent).flatMap((child) => [child, ...childrenOf(child.pid)]);
  return [...all.filter((one) => one.pid === pid), ...childrenOf(pid)];
}

/** The processes of the list that still run. */
export function alive(pids: number[]): Process[] {
  return processes().filter(({ pid }) => pids.includes(pid));
}
