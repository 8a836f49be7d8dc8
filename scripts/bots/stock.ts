/** `/stock=aapl.us` answers with the price of a share, from sample data: it requests nothing from a market. */
import type { Bot } from './bot.js';

const CODE = /^[a-z0-9.-]{1,20}$/i;
const SAMPLE_DATE = '2020-06-01';
/** Closing prices of the sample date, in US dollars as text. */
const PRICES = new Map([
  ['AAPL.US', '321.85'],
  ['AMZN.US', '2471.04'],
  ['GOOG.US', '1431.82'],
  ['MSFT.US', '182.83'],
  ['TSLA.US', '898.10'],
]);

export const bot: Bot = {
  name: 'Stock',
  command: 'stock',
  usage: '/stock=aapl.us',
  help: 'Shows the price of a share, from sample data',

  answer(text) {
    if (!CODE.test(text)) return 'Write it like /stock=aapl.us';
    const symbol = text.toUpperCase();
    const price = PRICES.get(symbol);
    if (!price)
      return `There is no ${symbol} in the sample data. There are: ${[...PRICES.keys()].join(', ')}`;
    return `${symbol} quote is $${price} per share (sample data of ${SAMPLE_DATE}, not a market price)`;
  },
};
