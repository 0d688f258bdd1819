test('adds', () => {});

test('subtracts', () => {});
