// The tables of one conversation and how they came to be: an ordered, append-only list of named steps. A step
// that has landed is never edited. STRICT tables, because the plain ones store a boolean as the text "true".

export interface Migration {
  name: string;
  sql: string;
}

export const MIGRATIONS: readonly Migration[] = [
  {
    name: "0001-conversation",
    sql: `
      -- One row: the conversation itself. Only the token's SHA-256 (hex) is kept.
      CREATE TABLE conversation (
        only_row     INTEGER PRIMARY KEY CHECK (only_row = 1),
        token_hash   TEXT NOT NULL,
        created_at   INTEGER NOT NULL,
        policy       TEXT NOT NULL,
        greeted      INTEGER NOT NULL DEFAULT 0 CHECK (greeted IN (0, 1))
      ) STRICT;

      -- What was said and done, oldest first by position. A row is written when an item changes state.
      CREATE TABLE items (
        id           TEXT PRIMARY KEY,
        position     INTEGER NOT NULL UNIQUE,      -- order of first appearance, which is display order
        kind         TEXT NOT NULL CHECK (kind IN ('message', 'tool_call', 'tool_output')),
        role         TEXT NOT NULL CHECK (role IN ('user', 'assistant', 'system')),
        text         TEXT NOT NULL,                -- words; a call's arguments as JSON; an output as sent to the model
        status       TEXT NOT NULL CHECK (status IN ('in_progress', 'completed', 'interrupted', 'failed')),
        started_at   INTEGER NOT NULL,             -- ms since the epoch, as are all times
        ended_at     INTEGER,
        heard_ms     INTEGER,                      -- of a spoken item that was cut: what left the speaker
        audio_ms     INTEGER,                      -- length of the spoken item, where known
        call_id      TEXT,                         -- joins a tool_call with its one tool_output
        tool_name    TEXT,
        display      TEXT,                         -- what the tool chose to show
        sent_id      TEXT UNIQUE                   -- the page's id of a typed turn: a resend finds it here
      ) STRICT;
      CREATE UNIQUE INDEX one_row_per_call ON items (call_id, kind) WHERE call_id IS NOT NULL;

      -- What each response and each transcription used, as the model reported it.
      CREATE TABLE usage (
        id                  INTEGER PRIMARY KEY,
        source              TEXT NOT NULL CHECK (source IN ('response', 'transcription')),
        at                  INTEGER NOT NULL,
        audio_in_ms         INTEGER NOT NULL,
        audio_out_ms        INTEGER NOT NULL,
        input_text_tokens   INTEGER NOT NULL,
        input_audio_tokens  INTEGER NOT NULL,
        cached_tokens       INTEGER NOT NULL,
        output_text_tokens  INTEGER NOT NULL,
        output_audio_tokens INTEGER NOT NULL,
        cost_micro_usd      INTEGER                -- NULL where the model's price is not known
      ) STRICT;

      -- What the note tools keep for the user.
      CREATE TABLE notes (
        id         INTEGER PRIMARY KEY,
        text       TEXT NOT NULL,
        created_at INTEGER NOT NULL
      ) STRICT;
    `,
  },
  {
    name: "0002-rebuild",
    sql: `
      -- Whether a session was wanted when memory was last alive: after a crash it is wanted still.
      ALTER TABLE conversation ADD COLUMN awake INTEGER NOT NULL DEFAULT 0 CHECK (awake IN (0, 1));
      -- Items before this position are owed no answer: the user stopped, or the answer failed.
      ALTER TABLE conversation ADD COLUMN owed_from INTEGER NOT NULL DEFAULT 0;
      -- The microphone stream heard last, and what of it is safe: the words up to there are stored.
      ALTER TABLE conversation ADD COLUMN stream_id TEXT;
      ALTER TABLE conversation ADD COLUMN safe_samples INTEGER NOT NULL DEFAULT 0;

      -- All timed work that must outlive memory; the object's one alarm is set to the earliest.
      CREATE TABLE jobs (
        name   TEXT PRIMARY KEY,
        due_at INTEGER NOT NULL
      ) STRICT;
    `,
  },
  {
    name: "0003-speech",
    sql: `
      -- The sound of turns that nobody could write down: PCM16 at 24 kHz, in parts below the cap of a row.
      CREATE TABLE speech (
        item_id TEXT NOT NULL,
        part    INTEGER NOT NULL,
        pcm     BLOB NOT NULL,
        PRIMARY KEY (item_id, part)
      ) STRICT;
    `,
  },
  {
    name: "0004-turns",
    sql: `
      -- How each turn of the user came out, and how long its steps took, in ms. NULL: not measured.
      CREATE TABLE turns (
        id         INTEGER PRIMARY KEY,
        at         INTEGER NOT NULL,               -- when it was over
        item_id    TEXT,                           -- the user's item, which may be removed by now
        outcome    TEXT NOT NULL
          CHECK (outcome IN ('answered', 'interrupted', 'false_interruption', 'tool', 'silent', 'failed')),
        heard_ms   INTEGER,                        -- of an interrupted answer
        commit_ms  INTEGER,                        -- end of speech to commit
        model_ms   INTEGER,                        -- commit to first audio from the model
        speaker_ms INTEGER,                        -- that to the first sound at the speaker
        total_ms   INTEGER                         -- end of speech to the first sound at the speaker
      ) STRICT;
    `,
  },
  {
    name: "0005-reruns",
    sql: `
      -- A call that a crash left without output was run again: it may be what caused the crash, and is not run a third time.
      ALTER TABLE items ADD COLUMN reran INTEGER NOT NULL DEFAULT 0 CHECK (reran IN (0, 1));
    `,
  },
  {
    name: "0006-gaps",
    sql: `
      -- How often the speaker ran dry in the middle of the turn's answer, and the silence of that in ms. NULL: nothing was
      -- heard of it, or its page does not count.
      ALTER TABLE turns ADD COLUMN underruns INTEGER;
      ALTER TABLE turns ADD COLUMN gap_ms INTEGER;
    `,
  },
];

/** Whether this object's database holds a conversation. Reads only: asking about a guessed id writes nothing. */
export function hasSchema(sql: SqlStorage): boolean {
  return (
    sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'").toArray().length > 0
  );
}

/**
 * Brings the database to the last step. Throws when the applied names are not a prefix of `migrations`: this code
 * is older than the data, or a landed step was edited, and going on would damage a conversation.
 */
export function migrate(storage: DurableObjectStorage, migrations: readonly Migration[] = MIGRATIONS): void {
  storage.transactionSync(() => {
    const { sql } = storage;
    sql.exec(
      "CREATE TABLE IF NOT EXISTS migrations (position INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT",
    );
    const applied = sql.exec<{ name: string }>("SELECT name FROM migrations ORDER BY position").toArray();
    for (const [position, row] of applied.entries()) {
      if (migrations[position]?.name !== row.name) {
        throw new Error(`stored migration ${row.name} is not known here`);
      }
    }
    for (let position = applied.length; position < migrations.length; position++) {
      const step = migrations[position]!;
      sql.exec(step.sql);
      sql.exec("INSERT INTO migrations (position, name) VALUES (?, ?)", position, step.name);
    }
  });
}
