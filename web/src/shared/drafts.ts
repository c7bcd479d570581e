/**
 * Drafts of forms, kept in this browser while a person types, so that a crash, a closed tab or an ended session loses
 * nothing. They belong to a person and are removed when that person signs out, because they may hold personal numbers
 * and the computer may be shared; what is older than a day is removed as well.
 */
const PREFIX = "safework.draft.";
const MAX_AGE_MS = 24 * 3_600_000;

interface Stored {
  at: number;
  /** The version of the row that the draft was begun on; null for a new row. */
  version: number | null;
  /** That row's values; drafts from before they were kept have none. */
  base?: Record<string, unknown>;
  values: Record<string, unknown>;
}

function nameOf(userId: string, form: string): string {
  return `${PREFIX}${userId}.${form}`;
}

export function saveDraft(userId: string, form: string, draft: Omit<Stored, "at">): void {
  try {
    localStorage.setItem(nameOf(userId, form), JSON.stringify({ at: Date.now(), ...draft } satisfies Stored));
  } catch {
    // Storage full or refused: the form itself still holds the values.
  }
}

export function loadDraft(userId: string, form: string): Stored | null {
  const text = localStorage.getItem(nameOf(userId, form));
  if (!text) return null;
  try {
    const stored = JSON.parse(text) as Stored;
    if (Date.now() - stored.at < MAX_AGE_MS) return stored;
  } catch {
    // Unreadable: treated as no draft.
  }
  dropDraft(userId, form);
  return null;
}

export function dropDraft(userId: string, form: string): void {
  localStorage.removeItem(nameOf(userId, form));
}

/** Whether a form whose name starts with `prefix` has a draft: closing its tab asks first. */
export function hasDraft(userId: string, prefix: string): boolean {
  const start = nameOf(userId, prefix);
  return Object.keys(localStorage).some((key) => key.startsWith(start));
}

export function dropDrafts(userId: string, prefix = ""): void {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(nameOf(userId, prefix))) localStorage.removeItem(key);
  }
}
