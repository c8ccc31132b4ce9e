/** The page's beginning: styles, fonts, and the one component that holds all others. */

import '@fontsource/barlow-condensed/latin-500.css';
import '@fontsource/barlow-condensed/latin-600.css';
import '@fontsource/ibm-plex-mono/latin-400.css';
import '@fontsource/ibm-plex-mono/latin-500.css';
import '@fontsource/ibm-plex-sans-condensed/latin-400.css';
import '@fontsource/ibm-plex-sans-condensed/latin-500.css';
import '@fontsource/ibm-plex-sans-condensed/latin-600.css';
import '@fontsource/ibm-plex-sans-condensed/latin-ext-400.css';
import '@fontsource/ibm-plex-sans-condensed/latin-ext-600.css';
import '@fontsource/ibm-plex-sans/cyrillic-400.css';
import '@fontsource/ibm-plex-sans/cyrillic-600.css';
import '@fontsource/ibm-plex-sans-arabic/arabic-400.css';
import '@fontsource/ibm-plex-sans-arabic/arabic-600.css';
import './map/maplibre.css';
import './theme/theme.css';
import './app.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { speakFirst } from './words/words.svelte';
import { keptTheme, showTheme } from './theme/theme';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');
showTheme(keptTheme());
await speakFirst();
mount(App, { target });
