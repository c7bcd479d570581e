/** Whom one looks for. */
import { Input } from "antd";

interface Props {
  value: string;
  placeholder: string;
  onSearch: (text: string) => void;
}

export function Keyword({ value, placeholder, onSearch }: Props) {
  return (
    <Input.Search
      key={value}
      allowClear
      defaultValue={value}
      maxLength={50}
      placeholder={placeholder}
      aria-label="关键字"
      enterButton="查询"
      className="holders-word"
      onSearch={(text) => onSearch(text.trim())}
    />
  );
}
