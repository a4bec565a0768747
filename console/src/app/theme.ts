/** Light, dark, or as the system has it; kept in this browser. */
import { useEffect, useState } from 'react';

export type Theme = 'light' | 'dark' | 'system';
const KEPT = 'telar-theme';

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(() => (localStorage.getItem(KEPT) as Theme | null) ?? 'system');
  useEffect(() => {
    localStorage.setItem(KEPT, theme);
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  return [theme, setTheme];
}
