/** `/stock=aapl.us` tells a share's price, from a table of samples beside this file: no market is asked. */
import { readFileSync } from 'node:fs';

const CODE = /^[a-z0-9.-]{1,20}$/i;

/** By symbol; the columns are those of Stooq's CSV. */
const quotes = new Map(
  readFileSync(new URL('stock-samples.csv', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(','))
    .map(([symbol, date, , , , , close]) => [symbol, { date, close }]),
);

export const bot = {
  name: 'Stock',
  command: 'stock',
  usage: '/stock=aapl.us',
  help: 'Tells the price of a share, from sample data',

  answer(text) {
    if (!CODE.test(text)) return 'Write it like /stock=aapl.us';
    const symbol = text.toUpperCase();
    const quote = quotes.get(symbol);
    if (!quote)
      return `There is no ${symbol} in the sample data. There are: ${[...quotes.keys()].join(', ')}`;
    return `${symbol} quote is $${quote.close} per share (sample data of ${quote.date}, not a market price)`;
  },
};
