export { formatFloat, formatFloatShort, formatSampleValue } from './float.ts';
export { FloatSyntaxError, parseFloatGo } from './parse-float.ts';
export { type FormatValue, sprintf } from './printf.ts';
export { quote, quoteCharacter } from './quote.ts';
