// A tool for an agent that is to be interrupted: each story takes some fifteen seconds, and of the local model's voice
// it is known when each of these words sounds. It is copied into the agent project under `src/tools`.

import * as z from "zod";
import { defineTool } from "../../src/define.ts";

export const STORIES: readonly string[] = [
  "A baker lived by the river with her old brown dog. Every morning she carried warm bread over the bridge to the market. One winter the bridge was gone, and she learned to row. Now the boats carry bread to every village down to the sea.",
  "The lighthouse keeper wrote a letter every night. He put it into a green bottle and gave it to the waves. After many years a ship brought all of them back in one wooden box. Nobody had opened them, so he read them again himself.",
  "Two brothers planted a tree behind their house. The first one watered it, and the second one told it stories. When the tree was tall it gave sweet apples on one side. On the other side the leaves moved as if they were talking.",
  "A small fox found a silver bell under the snow. She hung it on a branch and rang it whenever the moon was full. The farmers heard it and stayed inside by the fire. So the fox had the whole white valley for herself.",
  "My grandmother had a clock that only worked in the summer. In the autumn it grew slow, and in the winter it slept. She never took it to anyone who could mend it. Some things need a long rest, she said, and then she laughed.",
  "The last train of the evening stopped where there was no station. A girl with a yellow coat stepped out and walked into the tall grass. The driver waited for a while and then went on. In the morning there was a garden beside the rails.",
  "An old sailor kept a map of an island that nobody could find. He showed it to the children and let them draw new bays and hills. After a while there was no white paper left. Then he put the map on the wall and said that he was home.",
  "The painter wanted a blue that was deeper than the evening. She mixed it with water from the lake, then with rain, then with wine. In the end she left the window open for a night. The next day the blue was there, and so was a bird.",
];

let told = 0;

export const tool = defineTool({
  name: "tell_story",
  description: 'Tells a story. For example "tell me a story" or "please tell me another story".',
  parameters: z.object({}),
  timeoutMs: 2_000,
  idempotent: true,
  run() {
    const say = STORIES[told++ % STORIES.length]!;
    return { output: { say } };
  },
});
