// What the chaos Worker tells of a conversation's rows, on both sides of its door.

/** Begins the note that counts a tool's run; what follows is the call's id. */
export const RUN_NOTE = "run ";

export interface Rows {
  items: {
    kind: string;
    role: string;
    text: string;
    status: string;
    call_id: string | null;
    tool_name: string | null;
  }[];
  notes: { text: string }[];
}
