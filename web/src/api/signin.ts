/** Signing in, step by step: the password, after failures with a proof of work, and where it is set up the second factor. */
import { ApiError } from "./problem";
import { solve, type Puzzle } from "./puzzle";
import { call, enter, HEADERS, type TokenAnswer } from "./session";

interface Answer extends TokenAnswer {
  user?: { must_change_password?: boolean };
}

/** What was typed as a one-time or outdated password, for the form that follows at once; kept in memory, and read once. */
let outdated: string | null = null;

export function takeOutdatedPassword(): string | null {
  const kept = outdated;
  outdated = null;
  return kept;
}

async function post<T>(path: string, body: unknown): Promise<T> {
  const response = await call(path, {
    method: "POST",
    headers: { ...HEADERS, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return (await response.json()) as T;
}

/** Try a password. Null: in. Otherwise the challenge with which a code has to come. `onPuzzle` is called when the machine
 * has to work for a moment. */
export async function signIn(username: string, password: string, onPuzzle?: () => void): Promise<string | null> {
  let answer: Answer;
  try {
    answer = await tried(username, password, onPuzzle);
  } catch (error) {
    if (error instanceof ApiError && error.code === "second_factor_required" && error.challenge) return error.challenge;
    throw error;
  }
  outdated = answer.user?.must_change_password ? password : null;
  await enter(answer);
  return null;
}

async function tried(username: string, password: string, onPuzzle?: () => void): Promise<Answer> {
  try {
    return await post<Answer>("/api/auth/login", { username, password });
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "captcha_required") throw error;
  }
  onPuzzle?.();
  const puzzle = (await (await call("/api/auth/captcha", {})).json()) as Puzzle;
  return post<Answer>("/api/auth/login", { username, password, captcha: await solve(puzzle) });
}

/** The second step; a code of the app or a recovery code. */
export async function signInWithCode(challenge: string, code: string): Promise<void> {
  await enter(await post<Answer>("/api/auth/login/second-factor", { challenge, code }));
}
