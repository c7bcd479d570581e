/** Signing in, with what went wrong said beside it; used by the login page and by the ended session. */
import { useState } from "react";
import { CodeForm } from "./CodeForm";
import { PasswordStep } from "./PasswordStep";

interface Props {
  /** The person to sign in again as; the name is then not asked for. */
  username?: string;
}

export function LoginForm({ username }: Props) {
  const [challenge, setChallenge] = useState<string | null>(null);
  const [again, setAgain] = useState("");
  if (challenge) {
    return (
      <CodeForm
        challenge={challenge}
        onAgain={(reason) => {
          setChallenge(null);
          setAgain(reason);
        }}
      />
    );
  }
  return <PasswordStep {...(username ? { username } : {})} notice={again} onChallenge={setChallenge} />;
}
