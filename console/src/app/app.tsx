/** The console: who is signed in, and which page is shown. */
export function App() {
  return <main>Telar</main>;
}
