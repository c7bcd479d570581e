/** What is due of all that this person may see, as four figures that lead into the radar. */
import { useQuery } from "@tanstack/react-query";
import { Card, Skeleton } from "antd";
import { Link } from "react-router";
import { radar } from "../../api/radar";
import { count } from "../../shared/format";
import { figuresOf } from "./figures";

export function DueCard() {
  const { data, isError } = useQuery({ queryKey: ["radar", "summary", "home"], queryFn: () => radar.summary({}) });
  // The card is an overview: where it cannot be had, its page says why.
  if (isError) return null;
  return (
    <Card size="small" title="到期雷达" extra={<Link to="/radar">全部到期事项</Link>}>
      {data ? (
        <ul className="plain home-due">
          {figuresOf(data.on, data.days).map(({ text, to, number }, index) => (
            <li key={text}>
              <Link to={to}>
                <span>{text}</span>
                <b className="number" style={index === 0 && number > 0 ? { color: LATE } : {}}>
                  {count(number)}
                </b>
              </Link>
            </li>
          ))}
        </ul>
      ) : (
        <Skeleton active title={false} paragraph={{ rows: 1 }} />
      )}
    </Card>
  );
}

const LATE = "#a8071a";
