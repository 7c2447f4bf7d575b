import { createRoot } from 'react-dom/client';
import './design/tokens.css';
import './design/portal.css';
import { App } from './shell/app.tsx';
import { showTheme } from './shell/theme.ts';

showTheme();
const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
