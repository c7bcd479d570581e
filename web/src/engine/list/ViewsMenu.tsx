/** The saved views of this list: take one, save what is shown now, choose the one that opens by itself. */
import { DeleteOutlined, SaveOutlined, StarFilled, StarOutlined } from "@ant-design/icons";
import { App, Button, Input, Popover, Space } from "antd";
import { useState } from "react";
import { describe } from "../../api/problem";
import type { SavedView } from "../../api/rows";

interface Props {
  views: SavedView[];
  /** What the list shows now. */
  current: SavedView["settings"];
  onTake: (view: SavedView) => void;
  onSave: (view: SavedView) => Promise<void>;
  onRemove: (id: string) => Promise<void>;
}

const MOST = 20;

export function ViewsMenu({ views, current, onTake, onSave, onRemove }: Props) {
  const { message, modal } = App.useApp();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);

  async function act(work: () => Promise<void>, said: string) {
    setBusy(true);
    try {
      await work();
      message.success(said);
    } catch (error) {
      message.error(describe(error));
    } finally {
      setBusy(false);
    }
  }

  async function save() {
    const title = name.trim();
    if (!title) return;
    const known = views.find((view) => view.name === title);
    if (known) {
      const sure = await modal.confirm({
        title: `用当前的条件和列替换视图“${title}”？`,
        okText: "替换",
        cancelText: "取消",
      });
      if (!sure) return;
    }
    await act(
      () => onSave({ id: known?.id ?? crypto.randomUUID(), name: title, settings: current, is_default: known?.is_default ?? false }),
      `已保存视图“${title}”`,
    );
    setName("");
  }

  const content = (
    <div className="views">
      {views.length === 0 && <p className="quiet">还没有视图。设好查询条件和列以后，起个名字保存，下次一点就到。</p>}
      <ul className="plain">
        {views.map((view) => (
          <li key={view.id}>
            <Button
              type="link"
              onClick={() => {
                setOpen(false);
                onTake(view);
              }}
            >
              {view.name}
            </Button>
            <Space size={0}>
              <Button
                type="text"
                size="small"
                disabled={busy}
                icon={view.is_default ? <StarFilled aria-hidden /> : <StarOutlined aria-hidden />}
                aria-pressed={view.is_default}
                aria-label={`${view.name}：打开台账时默认使用`}
                title="打开台账时默认使用"
                onClick={() =>
                  void act(
                    () => onSave({ ...view, is_default: !view.is_default }),
                    view.is_default ? "已取消默认视图" : `打开台账时将使用“${view.name}”`,
                  )
                }
              />
              <Button
                type="text"
                size="small"
                disabled={busy}
                icon={<DeleteOutlined aria-hidden />}
                aria-label={`删除视图 ${view.name}`}
                onClick={() => void act(() => onRemove(view.id), `已删除视图“${view.name}”`)}
              />
            </Space>
          </li>
        ))}
      </ul>
      <Space.Compact block>
        <Input
          value={name}
          maxLength={30}
          placeholder="视图名称"
          aria-label="视图名称"
          onChange={(event) => setName(event.target.value)}
          onPressEnter={() => void save()}
        />
        <Button
          type="primary"
          loading={busy}
          disabled={!name.trim() || (views.length >= MOST && !views.some((view) => view.name === name.trim()))}
          onClick={() => void save()}
        >
          保存当前
        </Button>
      </Space.Compact>
      {views.length >= MOST && <p className="quiet">最多 {MOST} 个视图，请先删除不用的</p>}
    </div>
  );
  return (
    <Popover trigger="click" placement="bottomRight" title="视图" content={content} open={open} onOpenChange={setOpen}>
      <Button type="text" icon={<SaveOutlined aria-hidden />} aria-expanded={open}>
        视图
      </Button>
    </Popover>
  );
}
