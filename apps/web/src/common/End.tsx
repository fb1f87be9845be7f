import './end.css';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

type Props = {
  readonly mark: 'done' | 'time' | 'stop';
  readonly title: string;
  /** `h1` where the page has no other heading. */
  readonly level?: 'h1' | 'h2';
  readonly children: ComponentChildren;
};

const marks = {
  done: <path d="M14 25l7 7 14-15" />,
  time: <path d="M24 13v12l8 5" />,
  stop: <path d="M24 13v14M24 34v.5" />,
} as const;

/** One calm state that fills the page. The heading takes the focus, so that it is read out. */
export function End({ mark, title, level: Heading = 'h2', children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [title]);
  return (
    <section class={`end end-${mark}`}>
      <svg viewBox="0 0 48 48" width="72" height="72" aria-hidden="true">
        <circle cx="24" cy="24" r="22" />
        {marks[mark]}
      </svg>
      <Heading ref={heading} tabIndex={-1}>
        {title}
      </Heading>
      {children}
    </section>
  );
}
