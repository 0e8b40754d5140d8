import { parseCommit } from './commit.ts';
import { gitIn } from './git.ts';

const git = gitIn('.');
const previous = await git.previousTag();
const messages = await git.messages(previous, 'HEAD');
const wrong = messages.flatMap(({ hash, message }) => {
  const commit = parseCommit(hash, message);
  return typeof commit === 'string' ? [`${hash.slice(0, 8)}: ${commit}`] : [];
});
for (const line of wrong) {
  console.error(line);
}
console.log(
  `commits: ${messages.length} since ${previous ?? 'the beginning'}, ${wrong.length} against the convention`,
);
process.exitCode = wrong.length === 0 ? 0 : 1;
