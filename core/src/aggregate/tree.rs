use alloc::vec::Vec;

use super::AggregateError;

/// Branches with sensors. A branch stands for the sensors of all its sub-branches, each counted once,
/// however often it is referred to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// The sensors of each branch, ascending.
    sensors: Vec<Vec<usize>>,
}

impl Tree {
    /// Branches by the index of their parent, which stands before them; and references, each a branch and
    /// a sensor.
    ///
    /// # Errors
    /// [`AggregateError::BranchTree`] for a parent that does not stand before its branch, or a branch that is not
    /// there.
    pub fn new(parents: &[Option<usize>], references: &[(usize, usize)]) -> Result<Tree, AggregateError> {
        let is_late = |(index, parent): &(usize, &Option<usize>)| parent.is_some_and(|parent| parent >= *index);
        if let Some((index, _)) = parents.iter().enumerate().find(is_late) {
            return Err(AggregateError::BranchTree { index });
        }
        let mut sensors = Vec::new();
        sensors.resize(parents.len(), Vec::new());
        for (index, (branch, sensor)) in references.iter().enumerate() {
            sensors.get_mut(*branch).ok_or(AggregateError::BranchTree { index })?.push(*sensor);
        }
        for (index, parent) in parents.iter().enumerate().rev() {
            let Some(own) = sensors.get_mut(index) else { continue };
            own.sort_unstable();
            own.dedup();
            let own = own.clone();
            if let Some(above) = parent.and_then(|parent| sensors.get_mut(parent)) {
                above.extend(own);
            }
        }
        Ok(Tree { sensors })
    }

    /// The sensors of a branch and its sub-branches, each once.
    pub fn sensors(&self, branch: usize) -> &[usize] {
        self.sensors.get(branch).map(Vec::as_slice).unwrap_or_default()
    }

    /// The sum of each branch, over sensors of which something is known; `None` if there are none. With an
    /// `add` that is exact, a branch is the sum of its leaves to the last bit.
    pub fn sums<'s, T: Clone + 's>(
        &self,
        of_sensor: impl Fn(usize) -> Option<&'s T>,
        add: impl Fn(&mut T, &T),
    ) -> Vec<Option<T>> {
        let sum = |sensors: &Vec<usize>| {
            let known = sensors.iter().filter_map(|sensor| of_sensor(*sensor));
            known.fold(None, |sum: Option<T>, part| match sum {
                None => Some(part.clone()),
                Some(mut sum) => {
                    add(&mut sum, part);
                    Some(sum)
                }
            })
        };
        self.sensors.iter().map(sum).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::ExactSum;
    use crate::aggregate::random::Random;

    #[test]
    fn each_sensor_counts_once() {
        // A root, two branches, one below the first; sensor 7 is referred to by three of them.
        let parents = [None, Some(0), Some(0), Some(1)];
        let tree = Tree::new(&parents, &[(1, 7), (2, 7), (3, 7), (3, 2), (2, 0), (2, 0)]).unwrap();
        assert_eq!(
            [0, 1, 2, 3, 4].map(|branch| tree.sensors(branch).to_vec()),
            [[0, 2, 7].to_vec(), [2, 7].to_vec(), [0, 7].to_vec(), [2, 7].to_vec(), [].to_vec()]
        );
        let of_sensors = [Some(1), None, None, None, None, None, None, Some(10)];
        let sums = tree.sums(|sensor| of_sensors.get(sensor)?.as_ref(), |sum, part| *sum += part);
        assert_eq!(sums, [Some(11), Some(10), Some(11), Some(10)]);
        assert_eq!(tree.sums(|_| None::<&i32>, |_, _| {}), [None; 4]);
        assert_eq!(Tree::new(&[Some(0)], &[]), Err(AggregateError::BranchTree { index: 0 }));
        assert_eq!(Tree::new(&[None, Some(2), None], &[]), Err(AggregateError::BranchTree { index: 1 }));
        assert_eq!(Tree::new(&[None], &[(0, 1), (5, 1)]), Err(AggregateError::BranchTree { index: 1 }));
    }

    #[test]
    fn a_root_is_the_sum_of_its_leaves_to_the_last_bit() {
        let mut random = Random(61);
        for _ in 0..50 {
            let branches = 2 + random.below(20) as usize;
            let parents: Vec<_> = (0..branches)
                .map(|index| index.checked_sub(1).map(|most| random.below(most as u64 + 1) as usize))
                .collect();
            // Each sensor at one branch.
            let references: Vec<_> = (0..60).map(|sensor| (random.below(branches as u64) as usize, sensor)).collect();
            let of_sensors: Vec<_> = (0..60)
                .map(|_| {
                    let mut sum = ExactSum::default();
                    sum.add(random.next() as f64 / 3.0, 1);
                    (random.below(5) > 0).then_some(sum)
                })
                .collect();
            let sums = Tree::new(&parents, &references)
                .unwrap()
                .sums(|sensor| of_sensors.get(sensor)?.as_ref(), ExactSum::merge);
            // The own sensors of every branch, added in another order.
            let mut leaves = ExactSum::default();
            of_sensors.iter().rev().flatten().for_each(|sum| leaves.merge(sum));
            assert_eq!(sums[0].clone().unwrap_or_default(), leaves);
            for (branch, sum) in sums.iter().enumerate() {
                let mut parts = ExactSum::default();
                let children = parents.iter().enumerate().filter(|(_, parent)| **parent == Some(branch));
                children.filter_map(|(child, _)| sums[child].as_ref()).for_each(|part| parts.merge(part));
                let own = references.iter().filter(|(at, _)| *at == branch);
                own.filter_map(|(_, sensor)| of_sensors[*sensor].as_ref()).for_each(|part| parts.merge(part));
                assert_eq!(sum.clone().unwrap_or_default(), parts);
            }
        }
    }
}
