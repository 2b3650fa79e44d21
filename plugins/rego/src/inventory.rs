//! The objects of the cluster, parsed once while they stay the same.

use std::sync::Arc;

use merlon_sdk::json;

#[derive(Debug, Default)]
pub(crate) struct Inventory {
    texts: Vec<String>,
    objects: Vec<Arc<json::Value>>,
}

impl Inventory {
    /// The objects of these texts. Those that did not change stay the same objects, by which the policies
    /// know the whole again.
    pub(crate) fn refresh(&mut self, texts: Vec<String>) -> Result<&[Arc<json::Value>], String> {
        let mut objects = Vec::with_capacity(texts.len());
        for (place, text) in texts.iter().enumerate() {
            let known = self.texts.get(place).filter(|known| *known == text);
            match known.and_then(|_| self.objects.get(place)) {
                Some(object) => objects.push(Arc::clone(object)),
                None => objects.push(Arc::new(json::from_str(text).map_err(|error| {
                    format!("an object of the inventory is no JSON: {error}")
                })?)),
            }
        }
        self.texts = texts;
        self.objects = objects;
        Ok(&self.objects)
    }
}
