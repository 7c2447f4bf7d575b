import { GoMap, Template } from '@plinth/go-template';

const upper = (text: unknown): string => String(text).toUpperCase();
const template = new Template('greeting', 'Hello {{ .name | upper }}', { upper });
export const greeting = template.execute(GoMap.ofTexts({ name: 'world' })); // Hello WORLD
