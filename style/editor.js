// Rich text for the article page: TipTap behind four functions that the page calls.
import { Editor, Extension } from "@tiptap/core";
import StarterKit from "@tiptap/starter-kit";
import Image from "@tiptap/extension-image";
import { Table, TableKit } from "@tiptap/extension-table";

// Widths of columns are the destination's business: tables leave the editor as plain rows and cells.
const PlainTable = Table.extend({
  renderHTML: () => ["table", ["tbody", 0]],
});

const commands = {
  bold: (c) => c.toggleBold(),
  italic: (c) => c.toggleItalic(),
  strike: (c) => c.toggleStrike(),
  h2: (c) => c.toggleHeading({ level: 2 }),
  h3: (c) => c.toggleHeading({ level: 3 }),
  h4: (c) => c.toggleHeading({ level: 4 }),
  paragraph: (c) => c.setParagraph(),
  ul: (c) => c.toggleBulletList(),
  ol: (c) => c.toggleOrderedList(),
  quote: (c) => c.toggleBlockquote(),
  rule: (c) => c.setHorizontalRule(),
  undo: (c) => c.undo(),
  redo: (c) => c.redo(),
  table: (c) => c.insertTable({ rows: 3, cols: 3, withHeaderRow: true }),
  row: (c) => c.addRowAfter(),
  column: (c) => c.addColumnAfter(),
  deleteTable: (c) => c.deleteTable(),
  link: (c, href) => (href ? c.extendMarkRange("link").setLink({ href }) : c.extendMarkRange("link").unsetLink()),
  image: (c, src, alt) => c.setImage({ src, alt: alt ?? "" }),
};

// Marks of the text that its makers set and that editing must not lose: notes of an outline, targets of links.
const KeepMarks = Extension.create({
  name: "keepMarks",
  addGlobalAttributes: () => [
    { types: ["paragraph"], attributes: { class: { default: null, keepOnSplit: false } } },
    { types: ["paragraph", "heading"], attributes: { id: { default: null, keepOnSplit: false } } },
  ],
});

function mount(element, html, onChange) {
  const editor = new Editor({
    element,
    content: html,
    // The page's policy lets no script bring styles; what the editor needs stands in main.css.
    injectCSS: false,
    extensions: [
      StarterKit.configure({
        heading: { levels: [2, 3, 4] },
        link: { openOnClick: false, autolink: true, defaultProtocol: "https", HTMLAttributes: { target: null, rel: null } },
      }),
      Image,
      PlainTable.configure({ resizable: false }),
      TableKit.configure({ table: false }),
      KeepMarks,
    ],
    editorProps: { attributes: { role: "textbox", "aria-multiline": "true", "aria-label": "Article text" } },
    onUpdate: ({ editor: changed }) => onChange?.(changed.getHTML()),
    onTransaction: () => element.dispatchEvent(new CustomEvent("igny8:state", { bubbles: true })),
  });
  return {
    getHTML: () => editor.getHTML(),
    setHTML: (next) => editor.commands.setContent(next, { emitUpdate: false }),
    destroy: () => editor.destroy(),
    command: (name, ...args) => commands[name]?.(editor.chain().focus(), ...args).run() ?? false,
    isActive: (name) => {
      const level = /^h([234])$/.exec(name);
      if (level) return editor.isActive("heading", { level: Number(level[1]) });
      const node = { ul: "bulletList", ol: "orderedList", quote: "blockquote" }[name] ?? name;
      return editor.isActive(node);
    },
    words: () => (editor.getText().match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu) ?? []).length,
  };
}

window.igny8Editor = { mount };
