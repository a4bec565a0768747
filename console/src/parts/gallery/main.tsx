/** Every part, to look at while one works on it: `npx vite console`, then /console/gallery.html. The build does not know it. */
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { Button } from '../button.tsx';
import { Page, Tabs } from '../page.tsx';
import { ToastProvider } from '../toast.tsx';
import { Controls } from './controls.tsx';
import { Drawings, Graphs, Live } from './drawings.tsx';
import { Lists } from './lists.tsx';
import '../tokens.css';
import './gallery.css';

const TABS = [
  { id: 'controls', label: 'Controls', content: <Controls /> },
  { id: 'lists', label: 'Lists', count: 10_000, content: <Lists /> },
  { id: 'drawings', label: 'Drawings', content: <Drawings /> },
  { id: 'graphs', label: 'Graphs', content: <Graphs /> },
  { id: 'live', label: 'A live graph', content: <Live /> },
];

function Gallery() {
  const [tab, setTab] = useState(location.hash.slice(1) || 'controls');
  const show = (id: string) => {
    location.hash = id;
    setTab(id);
  };
  const turn = () => {
    const { dataset } = document.documentElement;
    dataset['theme'] = dataset['theme'] === 'dark' ? 'light' : 'dark';
  };
  return (
    <main className="gallery">
      <Page
        title="Parts"
        crumbs={[{ label: 'Telar', href: '#' }]}
        actions={<Button onClick={turn}>Other theme</Button>}
      >
        <Tabs label="Kinds of parts" value={tab} onChange={show} tabs={TABS} />
      </Page>
    </main>
  );
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <ToastProvider>
      <Gallery />
    </ToastProvider>
  </StrictMode>,
);
