/** A menu behind a button. Not modal: Radix's modal menu locks scrolling with a style element, which the page's policy forbids. */
import { DropdownMenu as Radix } from 'radix-ui';
import { Fragment, type ReactElement, type ReactNode } from 'react';
import './menu.css';

export type MenuItem = {
  label: string;
  icon?: ReactNode;
  onSelect: () => void;
  danger?: boolean;
  disabled?: boolean;
  /** Begins a new group. */
  separated?: boolean;
};

/** `children` is the button that opens it, and must take a button's props and ref. */
export function Menu({ children, items }: { children: ReactElement; items: MenuItem[] }) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className="menu" align="end" sideOffset={4} collisionPadding={8}>
          {items.map((item) => (
            <Fragment key={item.label}>
              {item.separated && <Radix.Separator className="menu-line" />}
              <Radix.Item
                className={item.danger ? 'menu-item menu-danger' : 'menu-item'}
                disabled={item.disabled ?? false}
                onSelect={item.onSelect}
              >
                {item.icon}
                {item.label}
              </Radix.Item>
            </Fragment>
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
