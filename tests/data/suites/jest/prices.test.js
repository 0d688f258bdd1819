// One polluter, "speaks of $dollars?", and its victim, "is in euros".
let currency = 'EUR';

test('adds', () => { expect(1 + 1).toBe(2); });
test('Adds', () => {});

describe('country (odd) [a-z]* \\d', () => {
  test('speaks of $dollars?', () => { currency = 'USD'; });
  test.each([1, 2, 3])('is number %i', (i) => { expect(i).toBeGreaterThan(0); });
  test.skip('is not there', () => {});
  test.todo('is still to be written');
});

test('is in "euros"', () => { expect(currency).toBe('EUR'); });

// Ends the program when asked to by the environment.
test('may exit', () => { if (process.env.CRASH) process.kill(process.pid, 'SIGKILL'); });
