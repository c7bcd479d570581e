/** What somebody lacks, in words: for the list, for the sheet of a person, and where it is decided who needs what. */
import { Link } from "react-router";
import type { Lack } from "../../api/certificates";
import { useCatalogue } from "../../api/manifest";
import { StatusTag } from "../../shared/StatusTag";
import { LACKS } from "./states";

const REQUIREMENTS = "post_certificate";

/** The certificates of which one is needed, and the ledgers in which it will be registered. */
export function Needed({ lack }: { lack: Lack }) {
  const ledgers = new Map(lack.certificates.map(({ ledger, title }) => [ledger, title]));
  return (
    <div>
      {lack.certificates.map(({ label }) => label).join(" 或 ")}
      <div>
        {[...ledgers].map(([slug, title]) => (
          <Link key={slug} to={`/ledgers/${slug}`} className="lack-ledger">
            {title}
          </Link>
        ))}
      </div>
    </div>
  );
}

/** How it is lacking; of a certificate that there is, why it is not good. */
export function State({ lack }: { lack: Lack }) {
  const { text, tone } = LACKS[lack.state];
  return (
    <span className="lack-state">
      <StatusTag tone={tone}>{text}</StatusTag>
      {lack.state !== "missing" && <span className="quiet">{lack.message}</span>}
    </span>
  );
}

/** Whoever may open the dictionaries is led to the requirements; the others are told whose they are. */
export function WhereSet() {
  const dictionaries = useCatalogue().data?.pages.find(({ screen }) => screen === "dictionaries");
  return (
    <p className="quiet lack-source">
      按人员账号的岗位和最新证书上的岗位核对。
      {dictionaries ? (
        <>
          各岗位应持的证书在 <Link to={`${dictionaries.path}?code=${REQUIREMENTS}`}>岗位持证要求</Link> 中设置。
        </>
      ) : (
        "各岗位应持的证书由系统维护人员在“字典管理 → 岗位持证要求”中设置。"
      )}
    </p>
  );
}

/** 缺证 of one person, for the screen and for the paper. */
export function LackSheet({ lacks }: { lacks: Lack[] }) {
  if (!lacks.length) return null;
  return (
    <section className="person-ledger" aria-label="缺证">
      <h2>
        缺证
        <small className="quiet">{lacks.length} 项</small>
      </h2>
      <ul className="plain person-lacks">
        {lacks.map((lack) => (
          <li key={lack.key}>
            <State lack={lack} />
            <Needed lack={lack} />
            <div className="quiet">
              岗位“{lack.post}”的要求{lack.basis && `：${lack.basis}`}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
